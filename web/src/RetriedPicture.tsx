import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface Props {
  src: string | null;
  /** What it shows; empty where the words beside it say so. */
  alt: string;
  class: string;
  isLazy?: boolean;
  /** Stands in for a picture that is not there. */
  children: ComponentChildren;
}

const RETRIES = 5;
const RETRY_MS = 4_000;

/** A picture of the server's; one that is not written yet is asked for again a few times. */
export function RetriedPicture({ src, alt, class: name, isLazy = false, children }: Props) {
  const [failures, setFailures] = useState(0);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    if (!isBroken || failures > RETRIES) return undefined;
    const timer = setTimeout(() => setBroken(false), RETRY_MS);
    return () => clearTimeout(timer);
  }, [isBroken, failures]);

  if (src === null || isBroken) return <>{children}</>;
  const fail = () => {
    setFailures(failures + 1);
    setBroken(true);
  };
  return (
    <img
      class={name}
      src={src}
      alt={alt}
      loading={isLazy ? 'lazy' : 'eager'}
      decoding="async"
      onError={fail}
    />
  );
}
