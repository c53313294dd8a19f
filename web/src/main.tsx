import { render } from 'preact';
// The base comes first: the views' own styles build on it.
import './styles/base.css';
import { Door } from './session/Door';

const root = document.getElementById('app');
if (root) render(<Door />, root);
