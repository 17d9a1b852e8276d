/**
 * Imported first. Each DuckDB fetch in flight holds a thread of libuv's pool, of which there are four unless this is set
 * before the first is used; then a slow source would hold up the others.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';
