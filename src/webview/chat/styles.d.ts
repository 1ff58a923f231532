/** Style sheets go into the bundle by the names of their files. */
declare module '*.css';
