// The version that the User-Agent names; a constant, so that no bundle carries the package's manifest.
// A test holds it equal to package.json.

export const version = '0.1.0';
