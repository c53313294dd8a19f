import { BASE, getJson } from './client';
import type { AuditLog, Device } from './types';

export const getAudit = (query: URLSearchParams, signal: AbortSignal) =>
  getJson<AuditLog>(`/audit?${query.toString()}`, signal);

export const getDevice = (signal: AbortSignal) => getJson<Device>('/device', signal);

/** Address of an alert's evidence pack. */
export const evidenceUrl = (alert: string, isBlurred: boolean) =>
  `${BASE}/alerts/${encodeURIComponent(alert)}/evidence.zip${isBlurred ? '?blur=true' : ''}`;
