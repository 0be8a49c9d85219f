import 'virtual:theme.css';
import './styles/base.css';
import './styles/shell.css';
import { createRoot } from 'react-dom/client';
import { startConnection } from './api/connection';
import { Application } from './app/Application';
import { startI18n } from './app/i18n';
import { loadAhead } from './app/routes';
import { startScheme } from './app/scheme';

const loadAheadAfter = 4000;

startScheme();
startConnection();
await startI18n();
const root = document.getElementById('root');
if (root) createRoot(root).render(<Application />);
setTimeout(() => void loadAhead(), loadAheadAfter);
