package org.quern.padata;

/**
 * How a range job went.
 *
 * @param threads how many took part, the caller included; fewer than wished for if helpers were busy
 * @param chunk size of an inner piece, 0 if there was one piece or none
 * @param pieces how many pieces ran
 * @param done units that were handled
 * @param cancelled whether units were left because the job was cancelled, the caller interrupted, or the time up
 */
public record RangeReport(int threads, long chunk, long pieces, long done, boolean cancelled) {}
