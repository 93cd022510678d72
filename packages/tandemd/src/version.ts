/** As `tandemd -v` prints it. */
export const VERSION = '0.1.0';
