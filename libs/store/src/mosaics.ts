import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { epochMs, toIso, toIsoExact, type EpochMs, type RainGrid } from '#hydrology';
import type { Queryable } from './connect.js';

/** Rain on a raster around a basin. */
export interface Mosaic {
  readonly basin: string;
  readonly source: string;
  readonly validTime: EpochMs;
  readonly durationMs: number;
  readonly receivedAt: EpochMs;
  /** Names the raster. */
  readonly raster: string;
  /** mm/h, NaN = not seen. */
  readonly rates: Float32Array;
}

export interface MosaicQuery {
  readonly basin: string;
  readonly raster: string;
  /** Stamped in (from, to], received by `asOf`. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly asOf: EpochMs;
}

/** A nowcast starts from the last three, up to hourly and two hours late. */
const KEEP = '6 hours';

/** Keeps a mosaic and drops those that are hours older than the newest. The same again leaves one. */
export async function writeMosaic(db: Queryable, mosaic: Mosaic): Promise<void> {
  const { basin, source, validTime, receivedAt, durationMs, raster } = mosaic;
  const rates = await encodeRates(mosaic.rates);
  await db.query(
    `insert into rain_mosaic (basin, source, valid_time, received_at, duration_s, raster, rates) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [basin, source, toIso(validTime), toIsoExact(receivedAt), durationMs / 1000, raster, rates],
  );
  await db.query(
    `delete from rain_mosaic where basin = $1 and valid_time < (select max(valid_time) from rain_mosaic where basin = $1) - interval '${KEEP}'`,
    [basin],
  );
}

/** The mosaics as they were known at `asOf`, ascending, their values depths in mm over the duration. */
export async function readMosaics(db: Queryable, { basin, raster, from, to, asOf }: MosaicQuery): Promise<RainGrid[]> {
  const { rows } = await db.query<MosaicRecord>(
    `select distinct on (valid_time) valid_time, duration_s, received_at, rates from rain_mosaic
     where basin = $1 and raster = $2 and valid_time > $3 and valid_time <= $4 and received_at <= $5
     order by valid_time, received_at desc`,
    [basin, raster, toIso(from), toIso(to), toIsoExact(asOf)],
  );
  return Promise.all(
    rows.map(async row => ({
      validTime: epochMs(row.valid_time),
      durationMs: row.duration_s * 1000,
      receivedAt: epochMs(row.received_at),
      values: await decodeRates(row.rates, row.duration_s / SECONDS_AN_HOUR),
    })),
  );
}

interface MosaicRecord {
  readonly valid_time: number;
  readonly duration_s: number;
  readonly received_at: number;
  readonly rates: Buffer;
}

/** In hundredths of mm/h. */
const UNSEEN = 65_535;
const STEP = 0.01;
const SECONDS_AN_HOUR = 3600;

const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

async function encodeRates(rates: Float32Array): Promise<Buffer> {
  const counts = new Uint16Array(rates.length);
  for (let k = 0; k < rates.length; k++) {
    const rate = rates[k]!;
    counts[k] = rate === rate ? Math.min(UNSEEN - 1, Math.round(rate / STEP)) : UNSEEN;
  }
  return pack(counts, { level: 1 });
}

async function decodeRates(bytes: Buffer, hours: number): Promise<Float32Array> {
  const counts = new Uint16Array(Uint8Array.from(await unpack(bytes)).buffer); // a copy: what was unpacked need not be aligned
  const depths = new Float32Array(counts.length);
  for (let k = 0; k < counts.length; k++) depths[k] = counts[k] === UNSEEN ? NaN : counts[k]! * STEP * hours;
  return depths;
}
