/** VitePress's own theme, in fonts that the reader has, so that no page asks for one. */
import Theme from 'vitepress/theme-without-fonts';
import './style.css';

export default Theme;
