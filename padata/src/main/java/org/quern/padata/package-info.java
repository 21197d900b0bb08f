/**
 * Ordered parallel execution: jobs run on many threads at once and are delivered in the order they were submitted. After
 * the Linux kernel's padata facility, with WireGuard's queues in mind.
 * <pre>
 *   submit(job)        parallel phase: any worker, any order          serial phase: submission order
 *       |              +----------------------------------+
 *       |              |  parallel worker 0 (context)     |
 *       v      claim   |  parallel worker 1 (context)     |  done     whoever completes the head (INLINE),
 *    +------+ -------&gt; |  ...                             | -------&gt;  or the serial worker of the callback CPU
 *    | ring |          |  submitter, when the ring is full|              |
 *    +------+          +----------------------------------+              v
 *       ^                        | worker.defer()                  job.serial() or job.failed(cause)
 *       |                        v                                       |
 *       |                  completion.complete(), any thread, later      |
 *       +----------------------------------------------------------------+  the slot is free again
 * </pre>
 * <b>Words.</b> An {@link org.quern.padata.Padata instance} owns worker threads. A {@link org.quern.padata.Shell} is one
 * ordered stream; shells share the workers and nothing else. A {@link org.quern.padata.Job} has a parallel and a serial
 * phase. The <em>head</em> is the first job not yet serialised. The <em>drain token</em> is the right to serialise: one
 * for each shell, held by one thread at most.
 * <p>
 * <b>Guarantees.</b>
 * <ol>
 * <li>P.1 Each accepted job gets exactly one parallel call and, unless its completion never comes, exactly one serial
 * call ({@code serial} or {@code failed}). A job that the shell gives up at a close deadline gets at most one of each.
 * <li>P.2 Serial calls of a shell are in submission order and never overlap, whatever their callback CPUs.
 * <li>P.3 Actions before {@code submit} happen-before {@code parallel}; actions in {@code parallel}, and before
 * {@code complete}, happen-before {@code serial}; actions in {@code serial} happen-before the next {@code serial} of the
 * shell, and before a {@code close} that reports it drained returns.
 * <li>P.4 A shell's memory is bounded by its ring; nothing is allocated for a job except the token of a deferral,
 * whether its submitter finds room, helps or waits.
 * <li>P.5 No timer, no lock and no yield is on the way of a job (a lock is taken when an instance makes one more helper
 * than it has). A job that is complete and whose predecessors are
 * serialised is serialised without waiting for anything else to happen.
 * <li>P.6 No public call hangs because of where it is made: inside callbacks {@code submit} answers FULL rather than
 * wait, and {@code close} is refused.
 * </ol>
 * <b>Masks.</b> An instance has a parallel and a serial {@linkplain org.quern.padata.CpuMask mask}, as the user supplied them
 * and as far as they are online; both may change while it runs. An <em>epoch</em> is what they were between two changes.
 * <pre>
 *   setMask, CpuSource ---&gt; user mask and online ---&gt; epoch: usable CPUs, lanes ---&gt; workers come and go
 *                                                       | read once by each submission
 *   ring:  [ cpu 1 ][ cpu 1 ]|[ cpu 4 ][ cpu 4 ]        v
 *            old epoch       |  new epoch         the slot keeps the CPU; one order over both
 * </pre>
 * <ol start="7">
 * <li>P.7 P.1 to P.3 hold across changes of masks, pauses and CPUs that come and go.
 * <li>P.8 A job that is dropped, cancelled or expired is told in its turn, by {@code failed}, as any failure is.
 * </ol>
 * <b>Not guaranteed.</b> Any order between shells. Fairness between submitters. That a job whose completion never comes
 * is skipped: it stalls its shell until it is
 * expired, or until close.
 */
@org.jspecify.annotations.NullMarked
package org.quern.padata;
