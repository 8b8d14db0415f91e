import { describe, expect, it } from '@jest/globals';
import { hashOf, parseRoute } from './route.js';

describe('deep links', () => {
  it.each(['V3524010', 'CANCE-V1', 'a b/ü'])('%s comes back out of its link', station => {
    expect(parseRoute(hashOf({ station }))).toEqual({ station });
  });

  it.each(['', '#', '#/', '#/station/', '#/elsewhere/V1', '#/station/%E0%A4%A'])('%p is the page itself', hash => {
    expect(parseRoute(hash)).toEqual({ station: null });
  });
});
