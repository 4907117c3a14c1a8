// The types of axios's single-file build, which the package ships without any.
// They are those of the main entry: only the adapters that are bundled differ.

declare module 'axios/dist/browser/axios.cjs' {
  export { default } from 'axios';
}
