/** What the benchmarks of vmap-arena are compared with: other allocators, behind one small interface each. */
package org.quern.jmh.vmap.peer;
