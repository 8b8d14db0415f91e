/** What is used of seek-bzip, which has no types of its own. */
declare module 'seek-bzip' {
  const Bunzip: {
    /** Unpacks one stream of bzip2. */
    decode(
      packed: { readByte(): number; read(into: Uint8Array, at: number, count: number): number },
      unpacked: { writeByte(byte: number): void },
    ): void;
  };
  export default Bunzip;
}
