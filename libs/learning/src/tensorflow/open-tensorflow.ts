import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import { nameMissingGradients } from './require-trainable.js';

/** TensorFlow.js with a backend that is ready. Loaded where something is trained, never by what forecasts. */
export interface TensorFlow {
  readonly core: typeof Core;
  readonly layers: typeof Layers;
  /** `tensorflow` is libtensorflow through @tensorflow/tfjs-node, `wasm` what is always there. */
  readonly backend: 'tensorflow' | 'wasm';
}

const NATIVE = '@tensorflow/tfjs-node';

/** Opens the native backend where @tensorflow/tfjs-node is installed and loads, else WebAssembly. `wanted` asks for one of them. */
export async function openTensorFlow(wanted?: TensorFlow['backend']): Promise<TensorFlow> {
  const [core, layers] = await Promise.all([import('@tensorflow/tfjs-core'), import('@tensorflow/tfjs-layers')]);
  if (wanted !== 'wasm') {
    try {
      await import(NATIVE);
      if (await core.setBackend('tensorflow')) return { core, layers, backend: 'tensorflow' };
    } catch (error) {
      if (wanted === 'tensorflow') throw error;
    }
  }
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(fileURLToPath(import.meta.resolve('@tensorflow/tfjs-backend-wasm')))}/`);
  await core.setBackend('wasm');
  await core.ready();
  nameMissingGradients(core);
  return { core, layers, backend: 'wasm' };
}
