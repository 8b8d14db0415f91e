import { describe, expect, it } from '@jest/globals';
import { credentialsOf, keepKey, recallKey } from './session.js';

describe('the session', () => {
  it('sends a key by its own header, a token as one, and nothing without either', () => {
    expect(credentialsOf('freshet_0123456789abcdef_x')).toEqual({ 'x-api-key': 'freshet_0123456789abcdef_x' });
    expect(credentialsOf('ey.J.x')).toEqual({ authorization: 'Bearer ey.J.x' });
    expect(credentialsOf(null)).toEqual({});
  });

  it('goes on without storage', () => {
    expect(() => {
      keepKey('freshet_x');
      keepKey(null);
    }).not.toThrow();
    expect(recallKey()).toBeNull();
  });
});
