export { Fault, isFault } from './fault.js';
export { CODES, type FaultCode, type FaultKind } from './codes.js';
