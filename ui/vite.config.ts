import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { antdStyles } from './build/antd.ts';

const server = process.env.RENMAI_SERVER ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [antdStyles(), react()],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': server, '/readyz': server } },
});
