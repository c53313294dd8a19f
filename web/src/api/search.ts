import { getJson } from './client';
import type { AlertPage } from './types';

/** A page of the alerts that a query asks for. */
export const findAlerts = (query: URLSearchParams, signal: AbortSignal) =>
  getJson<AlertPage>(`/alerts?${query.toString()}`, signal);
