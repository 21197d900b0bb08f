/** See docs/testing.md. */
package org.quern.jcstress;
