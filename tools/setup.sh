# Sourced by ./run, ./test and .ci/run: the pinned Node in .node/ and the locked packages in node_modules/. Sets $node. Needs npm only.
pinned=26.10.0
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64 | Linux-arm64) platform=linux-arm64 ;;
  Darwin-x86_64) platform=darwin-x64 ;;
  *) platform= ;;
esac
node="$top/.node/bin/node"
if [ "$("$node" --version 2>/dev/null || true)" != "v$pinned" ]; then
  if [ -n "$platform" ]; then
    echo "sallyport: installing Node $pinned into .node/ (once, about 60 MB)" >&2
    rm -rf "$top/.node.tmp" && mkdir -p "$top/.node.tmp"
    (cd "$top/.node.tmp" && npm pack --silent "node-$platform@$pinned" >/dev/null && tar xzf ./*.tgz && rm -f ./*.tgz)
    rm -rf "$top/.node" && mv "$top/.node.tmp/package" "$top/.node" && rm -rf "$top/.node.tmp"
  elif node -e 'process.exit(+process.versions.node.split(".")[0] >= 24 ? 0 : 1)' 2>/dev/null; then
    mkdir -p "$top/.node/bin" && ln -sf "$(command -v node)" "$node"
  else
    echo "sallyport: no Node package for this platform; install Node 24 or newer and try again" >&2
    exit 1
  fi
fi
PATH="$top/.node/bin:$PATH"
export PATH
# `npm install --no-save` keeps to the lock file too and, unlike `npm ci`, accepts optional packages of other platforms that a mirror lacks.
# The stamp holds the lock file's checksum: packages are installed again only when it changes.
stamp="$top/node_modules/.sallyport-installed"
want=$(cksum <"$top/package-lock.json")
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$want" ]; then
  echo "sallyport: installing packages (once)" >&2
  (cd "$top" && npm install --no-save --no-progress --loglevel=error >&2)
  printf '%s\n' "$want" >"$stamp"
fi
# The console's pages, and libraries of many modules as one each, are built once, and again when one of their sources changes.
build() {
  into="$top/packages/sallyport/$1" from="$top/$2" where="$top/$3" config=$4
  want=$(find "$from" "$top/package-lock.json" -type f -not -path '*/node_modules/*' -exec cksum {} + | sort -k 3 | cksum)
  if [ "$(cat "$into/.built" 2>/dev/null || true)" != "$want" ]; then
    echo "sallyport: building $1" >&2
    (cd "$where" && "$node" "$top/node_modules/vite/bin/vite.js" build --config "$config" --logLevel warn >&2)
    printf '%s\n' "$want" >"$into/.built"
  fi
}
build console-dist packages/console packages/console vite.config.ts
build vendor-dist packages/sallyport/vendor packages/sallyport vendor/vite.config.ts
NODE_COMPILE_CACHE="$top/.cache/compile"
export NODE_COMPILE_CACHE
# The first start would compile every module while somebody waits, and hold what that takes.
if [ ! -e "$NODE_COMPILE_CACHE/.filled" ]; then
  "$node" "$top/packages/sallyport/src/app/main.ts" up --help >/dev/null && : >"$NODE_COMPILE_CACHE/.filled"
fi
