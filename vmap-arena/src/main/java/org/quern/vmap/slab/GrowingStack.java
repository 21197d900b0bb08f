package org.quern.vmap.slab;

import java.util.Arrays;

/**
 * A stack of ints that grows without copying its elements: chunks of 2^11 ints (8 KiB) behind a directory. A pop far
 * below the top of what was grown gives chunks back to the collector, keeping one spare so that a stack that swings about
 * a chunk's edge does not allocate.
 *
 * <p>
 * Not thread-safe. Cost: a few ns.
 */
final class GrowingStack {
    private static final int CHUNK_SHIFT = 11;
    private static final int CHUNK_INTS = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_INTS - 1;

    private int[][] chunks = new int[1][];
    private int chunkCount;
    private int size;

    int size() {
        return size;
    }

    /** Makes room for one push. Whatever it throws, the stack is as before. */
    void ensureRoom() {
        if (size == chunkCount << CHUNK_SHIFT) {
            addChunk();
        }
    }

    private void addChunk() {
        if (chunkCount == chunks.length) {
            chunks = Arrays.copyOf(chunks, chunkCount * 2);
        }
        chunks[chunkCount] = new int[CHUNK_INTS];
        chunkCount++;
    }

    /** Pushes; room was made before. */
    void push(int value) {
        chunks[size >>> CHUNK_SHIFT][size & CHUNK_MASK] = value;
        size++;
    }

    /** The top element of a stack that is not empty. */
    int peek() {
        int top = size - 1;
        return chunks[top >>> CHUNK_SHIFT][top & CHUNK_MASK];
    }

    /** Removes the top element of a stack that is not empty. */
    void pop() {
        size--;
        if ((size & CHUNK_MASK) == 0) {
            dropChunksAbove((size >>> CHUNK_SHIFT) + 1);
        }
    }

    @SuppressWarnings("NullAway") // slots from chunkCount on are null and never read
    private void dropChunksAbove(int keep) {
        while (chunkCount > keep) {
            chunkCount--;
            chunks[chunkCount] = null;
        }
    }

    /** The element at a place, counted from the bottom. */
    int get(int place) {
        return chunks[place >>> CHUNK_SHIFT][place & CHUNK_MASK];
    }

    /** Heap bytes held, without object headers. */
    long heapBytes() {
        return (long) chunkCount * CHUNK_INTS * Integer.BYTES + chunks.length * (long) Long.BYTES;
    }
}
