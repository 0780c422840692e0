// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact';
import './app.css';

render(<main><h1>MIEV</h1></main>, document.body);
