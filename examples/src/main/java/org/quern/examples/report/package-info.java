/** What the gateway tells: progress while it runs, figures when it is done. */
@NullMarked
package org.quern.examples.report;

import org.jspecify.annotations.NullMarked;
