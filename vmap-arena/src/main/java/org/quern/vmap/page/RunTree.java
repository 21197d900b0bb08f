package org.quern.vmap.page;

import java.util.Arrays;

/**
 * One order over the runs of a {@link FreeRuns}: a treap whose nodes are small numbers and whose links lie in two arrays,
 * so that inserting and removing allocate nothing. Node 0 stands for "none".
 *
 * <p>
 * Invariants: a binary search tree by {@link #before}; a heap by {@link #priority}, which is a fixed mix of the node's
 * number, so that the shape depends on nothing a caller chooses and the depth is about 2 log2 n. Not thread-safe.
 */
abstract class RunTree {
    private int[] left = new int[1];
    private int[] right = new int[1];
    private int root;

    /** Whether run {@code a} comes before run {@code b} in this order; a total order over distinct runs. */
    abstract boolean before(int a, int b);

    final void grow(int nodes) {
        left = Arrays.copyOf(left, nodes);
        right = Arrays.copyOf(right, nodes);
    }

    final int root() {
        return root;
    }

    final int left(int node) {
        return left[node];
    }

    final int right(int node) {
        return right[node];
    }

    /** Inserts a node that is in no place of this tree; its key must not change while it is in. */
    final void insert(int node) {
        left[node] = 0;
        right[node] = 0;
        root = insert(root, node);
    }

    private int insert(int tree, int node) {
        if (tree == 0) {
            return node;
        }
        if (before(node, tree)) {
            left[tree] = insert(left[tree], node);
            return priority(left[tree]) > priority(tree) ? rotateRight(tree) : tree;
        }
        right[tree] = insert(right[tree], node);
        return priority(right[tree]) > priority(tree) ? rotateLeft(tree) : tree;
    }

    /** Removes a node that is in the tree. */
    final void remove(int node) {
        root = remove(root, node);
    }

    private int remove(int tree, int node) {
        if (tree == node) {
            return merge(left[tree], right[tree]);
        }
        if (before(node, tree)) {
            left[tree] = remove(left[tree], node);
        } else {
            right[tree] = remove(right[tree], node);
        }
        return tree;
    }

    /** One tree of two, of which every node of {@code a} comes before every node of {@code b}. */
    private int merge(int a, int b) {
        if (a == 0 || b == 0) {
            return a | b;
        }
        if (priority(a) > priority(b)) {
            right[a] = merge(right[a], b);
            return a;
        }
        left[b] = merge(a, left[b]);
        return b;
    }

    private int rotateRight(int tree) {
        int up = left[tree];
        left[tree] = right[up];
        right[up] = tree;
        return up;
    }

    private int rotateLeft(int tree) {
        int up = right[tree];
        right[tree] = left[up];
        left[up] = tree;
        return up;
    }

    /** The finalizer of MurmurHash3 (public domain): every bit of the number moves every bit of the priority. */
    static int priority(int node) {
        int h = node;
        h = (h ^ h >>> 16) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return h ^ h >>> 16;
    }

    /** Counts the nodes and checks order and heap; throws IllegalStateException naming the node that is wrong. */
    final int verify() {
        return verify(root, 0, 0);
    }

    private int verify(int tree, int above, int below) {
        if (tree == 0) {
            return 0;
        }
        boolean ordered = (above == 0 || before(above, tree)) && (below == 0 || before(tree, below));
        boolean heap = (left[tree] == 0 || priority(left[tree]) <= priority(tree))
                && (right[tree] == 0 || priority(right[tree]) <= priority(tree));
        if (!ordered || !heap) {
            throw new IllegalStateException("run tree: node " + tree + " ordered=" + ordered + ", heap=" + heap);
        }
        return 1 + verify(left[tree], above, tree) + verify(right[tree], tree, below);
    }
}
