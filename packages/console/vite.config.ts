import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The pages are part of the product's package: `sallyport up` serves this folder, and nothing else of the console is needed at run time. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../sallyport/console-dist',
    emptyOutDir: true,
    target: 'es2023',
    // Files, never `data:` addresses: the content security policy allows none.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
