/** In GB, as disks are sold, with one decimal. */
export const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
