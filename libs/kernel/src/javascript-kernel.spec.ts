import { kernelContract, requestContract } from './kernel.contract.js';

kernelContract('f64', { dotProduct: 1e-12, taylorSteps: [0.02, 0.01], taylorRatio: [1.8, 2.2] });
requestContract('f64');
