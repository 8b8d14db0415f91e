/** Names of files that are still being written, by the habits of rsync, curl, browsers and FTP servers; hidden ones too. */
const UNFINISHED = /^\.(?!\.)|\.(tmp|part|partial|filepart|crdownload|lock)$|~$/i;
const PLAIN = /^[\w][\w.+=@-]{0,199}$/;
/** Devices on Windows, with any ending; a shared disk may be read there. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** What a watched folder keeps for itself; a file of such a name would take its place. */
const KEPT = /^(archive|failed|SHA256SUMS|OBJECTS|NOTIFICATIONS|COMPOSITES|CLUTTER(-.*)?)(\.tmp)?$/i;

export const isUnfinished = (name: string): boolean => UNFINISHED.test(name);

/** Letters, digits and `_ . + = @ -`, up to 200, of which nothing is a path, a device or a name that the folder keeps for itself. */
export const isPlainName = (name: string): boolean => PLAIN.test(name) && !DEVICE.test(name) && !KEPT.test(name) && !name.endsWith('.');

/** A file of this name would be read. */
export const isReadableName = (name: string): boolean => isPlainName(name) && !isUnfinished(name);
