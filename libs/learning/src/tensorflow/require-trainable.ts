import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Fault } from '#errors';
import type { TensorFlow } from './open-tensorflow.js';

/** Layers whose weights the WebAssembly backend has no gradient for (no Conv2DBackpropFilter, no DepthwiseConv2dNativeBackpropFilter). */
const CONVOLUTION = /^(Separable|Depthwise)?Conv(LSTM)?[123]D(Transpose|Cell)?$/;

interface LayerLike {
  readonly name: string;
  readonly trainable: boolean;
  getClassName(): string;
}

/**
 * To be called before a model is trained: convolutions run on WebAssembly but do not train there.
 * @throws Fault BACKEND_UNFIT naming the layer.
 */
export function requireTrainable({ backend }: TensorFlow, { layers }: Pick<LayersModel, 'layers'>): void {
  if (backend !== 'wasm') return;
  const found = layers.flatMap(withInner).find(layer => layer.trainable && CONVOLUTION.test(layer.getClassName()));
  if (found) throw unfit(`layer ${found.name} (${found.getClassName()})`);
}

/** A wrapper (time-distributed, bidirectional) or a model within the model holds layers of its own. */
function withInner(layer: LayerLike): LayerLike[] {
  const { layer: wrapped, layers = [] } = layer as LayerLike & { readonly layer?: LayerLike; readonly layers?: readonly LayerLike[] };
  return [layer, ...(wrapped ? withInner(wrapped) : []), ...layers.flatMap(withInner)];
}

const unfit = (what: string): Fault =>
  new Fault('BACKEND_UNFIT', `${what} does not train on the WebAssembly backend of TensorFlow.js`, { backend: 'wasm' });

const MISSING = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'];

/** The same for a convolution in a graph without layers: its gradient says what is the matter instead of naming an unregistered kernel. */
export function nameMissingGradients({ registerKernel, getKernelsForBackend }: TensorFlow['core']): void {
  const known = getKernelsForBackend('wasm').map(({ kernelName }) => kernelName);
  for (const kernelName of MISSING.filter(name => !known.includes(name))) {
    registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: () => {
        throw unfit(`a convolution (its gradient ${kernelName})`);
      },
    });
  }
}
