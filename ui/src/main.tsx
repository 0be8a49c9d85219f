import 'virtual:theme.css';
import './styles/base.css';
import './styles/shell.css';
import { createRoot } from 'react-dom/client';
import { Application } from './app/Application';
import { startI18n } from './app/i18n';
import { startScheme } from './app/scheme';

startScheme();
await startI18n();
const root = document.getElementById('root');
if (root) createRoot(root).render(<Application />);
