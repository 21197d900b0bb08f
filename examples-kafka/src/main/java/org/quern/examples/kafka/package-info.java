/**
 * A Kafka consumer with one ordered shell for each partition.
 * <pre>
 *   poll loop (one thread)             workers (any order)            serial phase (in order, one partition at a time)
 *
 *   records of partition 0 --submit--&gt; [ shell 0 ] process ... process --&gt; deliver, offset := n + 1
 *   records of partition 1 --submit--&gt; [ shell 1 ] process ... process --&gt; deliver, offset := n + 1
 *        ^                                                                      |
 *        |  pause a partition whose shell is full, resume at half empty         |
 *        +------------------------- commit the offsets reached &lt;----------------+
 * </pre>
 * What is committed was delivered, and everything before it: a process that is killed repeats some records, and loses none.
 */
@org.jspecify.annotations.NullMarked
package org.quern.examples.kafka;
