import { kernelContract, requestContract } from './kernel.contract.js';
import { networkContract } from './network.contract.js';

kernelContract('f64');
requestContract('f64');
networkContract('f64');
