// What this browser remembers between visits. Storage may be refused (private windows, policies): the page
// then works without memory.

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`canhdem.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`canhdem.${key}`, value);
  } catch {
    // Nothing is lost but convenience.
  }
}
