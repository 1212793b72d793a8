/** `github.com/x/go-jwt/v5` as `jwt`; packages of the language by their path, those of `golang.org/x` by the path below. */
export function packageRoot(path: string): string {
  const own = path.startsWith('golang.org/x/') ? path.slice('golang.org/x/'.length) : path;
  if (own !== path || !(path.split('/')[0] ?? '').includes('.')) return own;
  const steps = path.split('/').filter((step) => !/^v\d+$/.test(step));
  const last = (steps.at(-1) ?? path).replace(/\.v\d+$/, '');
  return last.replace(/^go-(?=\w)|[-.]go$/g, '');
}
