/**
 * The command line {@code kapi}. It knows no call by itself: it asks every {@link org.quern.kapi.CallProvider} on the
 * module path, so one's own declarations are listed beside those of Linux.
 *
 * <pre>
 *   kapi list                 every declared call, a line each
 *   kapi show mlock           one page, as text or Markdown
 *   kapi json mlock           one export, or all
 *   kapi diff OLD NEW         what changed between two exports; status 1 if something did
 * </pre>
 *
 * Status 2 is a mistake of the caller: an unknown name, a file that is no export.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi.cli;
