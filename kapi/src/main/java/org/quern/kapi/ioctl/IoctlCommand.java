package org.quern.kapi.ioctl;

import java.util.Set;
import java.util.stream.Stream;

import org.quern.kapi.Errno;
import org.quern.kapi.Linkage;
import org.quern.kapi.Operation;
import org.quern.kapi.struct.FieldSpec;
import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.StructSpec;
import org.quern.kapi.struct.Transfer;

/**
 * One command of ioctl: its number, what it takes, on which files, and when its answer may be looked at.
 *
 * <p>
 * The number is computed for the running architecture from type, number and structure, and compared with the number that
 * is on record for the generic packing: two sources that must agree. A command whose number does not follow from its
 * parts, as history has some, is declared literally, with the reason.
 *
 * <p>
 * A new meaning gets a new command; a command never changes with a version inside its structure. One method for each
 * command, no general {@code control(int, Object)}.
 *
 * @param name as in the C header
 * @param number how it is built; for a literal, what the literal decodes to as far as it can be decoded
 * @param literal the number where it does not follow from the parts, else -1
 * @param reason why it is literal; empty if it is not
 * @param argument what the third argument is
 * @param files on which it works
 * @param definedOn the errors after which the members the kernel fills in are defined; on success they always are
 * @param restartable whether it may be made again after EINTR without losing progress
 */
@Operation(threads = Operation.Threads.ANY)
public record IoctlCommand(String name, IoctlNumber number, long literal, String reason, Argument argument,
        Set<FileKind> files, Set<Errno> definedOn, boolean restartable) {
    private static final long COMPUTED = -1;

    /**
     * Checks and copies.
     *
     * @param name as in the C header
     * @param number how it is built
     * @param literal the number where it does not follow from the parts, else -1
     * @param reason why it is literal
     * @param argument what the third argument is
     * @param files on which it works
     * @param definedOn the errors after which the answer is defined
     * @param restartable whether it may be made again after EINTR
     * @throws IllegalArgumentException naming the part that contradicts another
     */
    public IoctlCommand {
        files = Set.copyOf(files);
        definedOn = Set.copyOf(definedOn);
        if (name.isBlank() || files.isEmpty()) {
            throw new IllegalArgumentException("name='" + name + "', files=" + files + ": a command needs both");
        }
        if ((literal == COMPUTED) != reason.isEmpty()) {
            throw new IllegalArgumentException(
                    "reason='" + reason + "': " + name + " must give one exactly if its number is literal");
        }
        if (literal == COMPUTED) {
            checkAgreement(name, number, argument);
        }
    }

    /** Number and structure say the same: size, and who writes what. */
    private static void checkAgreement(String name, IoctlNumber number, Argument argument) {
        if (!(argument instanceof Argument.Pointer pointer)) {
            if (number.direction() != Direction.NONE) {
                throw new IllegalArgumentException("argument=" + argument + ": " + name + " names a structure of "
                        + number.size() + " bytes");
            }
            return;
        }
        StructSpec struct = pointer.struct();
        if (struct.size() != number.size()) {
            throw new IllegalArgumentException("size=" + number.size() + ": " + name + " takes struct " + struct.name()
                    + " of " + struct.size() + " bytes");
        }
        boolean reads = leaves(struct).anyMatch(t -> t == Transfer.OUT || t == Transfer.INOUT);
        boolean writes = leaves(struct).anyMatch(t -> t == Transfer.IN || t == Transfer.INOUT);
        if (number.direction() != Direction.of(reads, writes)) {
            throw new IllegalArgumentException("direction=" + number.direction() + ": the members of struct "
                    + struct.name() + " of " + name + " travel " + Direction.of(reads, writes));
        }
    }

    private static Stream<Transfer> leaves(StructSpec struct) {
        return struct.fields().stream().filter(f -> f.type() != FieldType.RESERVED).map(FieldSpec::transfer);
    }

    /**
     * A command on a structure.
     *
     * @param name as in the C header
     * @param number how it is built
     * @param struct the structure
     * @param files on which it works
     * @return the command
     */
    public static IoctlCommand on(String name, IoctlNumber number, StructSpec struct, FileKind... files) {
        return new IoctlCommand(name, number, COMPUTED, "", new Argument.Pointer(struct), Set.of(files), Set.of(),
                false);
    }

    /**
     * A command with a number for an argument, or none.
     *
     * @param name as in the C header
     * @param number how it is built, without a size
     * @param argument {@link Argument.Scalar} or {@link Argument.Nothing}
     * @param files on which it works
     * @return the command
     */
    public static IoctlCommand plain(String name, IoctlNumber number, Argument argument, FileKind... files) {
        return new IoctlCommand(name, number, COMPUTED, "", argument, Set.of(files), Set.of(), false);
    }

    /**
     * A command whose number does not follow from its parts, the same on every architecture.
     *
     * @param name as in the C header
     * @param literal the number
     * @param reason why
     * @param argument what the third argument is
     * @param files on which it works
     * @return the command
     */
    public static IoctlCommand literally(String name, long literal, String reason, Argument argument,
            FileKind... files) {
        return new IoctlCommand(name, IoctlNumber.decode(literal, IoctlAbi.GENERIC), literal, reason, argument,
                Set.of(files), Set.of(), false);
    }

    /**
     * A command whose direction, or size, is encoded wrongly: packed from the parts as they are encoded on each
     * architecture, whatever the structure says.
     *
     * @param name as in the C header
     * @param encoded the parts as the C header encodes them
     * @param reason what is wrong with them
     * @param argument what the third argument is
     * @param files on which it works
     * @return the command
     */
    public static IoctlCommand miscoded(String name, IoctlNumber encoded, String reason, Argument argument,
            FileKind... files) {
        return new IoctlCommand(name, encoded, encoded.encode(IoctlAbi.host()), reason, argument, Set.of(files),
                Set.of(), false);
    }

    /**
     * The same, checked against the number on record for the generic packing.
     *
     * @param generic 32 bits, unsigned
     * @return this
     * @throws IllegalArgumentException if the parts give another number
     */
    public IoctlCommand recorded(long generic) {
        if (number.encode(IoctlAbi.GENERIC) != generic) {
            throw new IllegalArgumentException("recorded=0x" + Long.toHexString(generic) + ": " + name + " gives 0x"
                    + Long.toHexString(number.encode(IoctlAbi.GENERIC)));
        }
        return this;
    }

    /**
     * The same, with the errors after which the answer may be looked at.
     *
     * @param errors the errors
     * @return the command
     */
    public IoctlCommand answersOn(Errno... errors) {
        return new IoctlCommand(name, number, literal, reason, argument, files, Set.of(errors), restartable);
    }

    /**
     * The same, which may be made again after EINTR.
     *
     * @return the command
     */
    public IoctlCommand restarts() {
        return new IoctlCommand(name, number, literal, reason, argument, files, definedOn, true);
    }

    /**
     * The number on the architecture this runs on.
     *
     * @return 32 bits, unsigned
     */
    public long request() {
        return literal == COMPUTED ? number.encode(IoctlAbi.host()) : literal;
    }

    /**
     * How the command reaches the kernel.
     *
     * @return ioctl with this number
     */
    public Linkage linkage() {
        return Linkage.ioctl(request());
    }

    /**
     * Whether a failure means that the kernel does not know the command. Meaningful only when everything else about the
     * call is known to be right.
     *
     * @param errno of the failure
     * @return true for ENOTTY, and for EINVAL, which some files answer
     */
    public static boolean meansUnknown(Errno errno) {
        return errno == Errno.ENOTTY || errno == Errno.EINVAL;
    }

    /**
     * Whether the members that the kernel fills in may be looked at.
     *
     * @param inBand the return of the call
     * @return true on success and after the errors named
     */
    public boolean isAnswerDefined(long inBand) {
        return !Errno.isError(inBand) || definedOn.contains(Errno.fromNumber((int) -inBand));
    }
}
