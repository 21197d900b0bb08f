package org.quern.padata;

import java.time.Duration;
import java.util.List;

/**
 * Counters of an instance, read while it runs: each is exact once the instance is quiet, and at most a batch behind
 * while it is not.
 *
 * @param parallelJobs parallel phases run by each worker, in worker order; also by those the masks have no CPU for now
 * @param parallelCpus the CPU each present worker is pinned to, in worker order; -1 where it is not
 * @param inlineRuns parallel phases run by submitting threads (caller runs)
 * @param serialised serial phases run, including those of failed jobs
 * @param failed jobs that failed in their parallel phase, of those serialised
 * @param dropped of those that failed, jobs dropped because too many waited
 * @param callbacksThrew serial callbacks that threw
 * @param inFlight jobs accepted and not yet serialised
 * @param deepestReordering the largest distance, in jobs, between a job that was complete and the job everybody still
 *        waited for
 * @param queueDepth jobs that wait for their parallel phase, over all shells; a snapshot
 * @param reorderDepth jobs that are complete and wait for an earlier one, over all shells that are not keyed; a snapshot
 * @param headOfLineWait how long, at most, a shell has waited now for a deferred job at its head; zero if none does. Of a
 *        job whose parallel phase runs nobody notes since when: {@link PadataOptions#stallHandler} does, if asked
 * @param epochs 1, and one more for each replacement of the masks whose earlier jobs are not all serialised
 */
public record PadataStats(List<Long> parallelJobs, List<Integer> parallelCpus, long inlineRuns, long serialised,
        long failed, long dropped, long callbacksThrew, long inFlight, long deepestReordering, long queueDepth,
        long reorderDepth, Duration headOfLineWait, int epochs) {}
