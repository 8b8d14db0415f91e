export { Nowcast, type NowcastProblem, type NowcastReport } from './nowcast.js';
export { DEFAULT_SETTINGS, type NowcastSettings } from './settings.js';
export { FourierPlane, type ComplexPlane } from './fourier-plane.js';
export { LEAST_RATE } from './log-rain.js';
