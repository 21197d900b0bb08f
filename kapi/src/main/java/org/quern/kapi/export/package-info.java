/**
 * Declarations as files: JSON that reads back to an equal declaration, pages for people, and what changed between two
 * exports.
 *
 * <pre>
 *   CallSpec  --RecordCodec--&gt;  Json  --JsonWriter--&gt;  text
 *             &lt;-RecordCodec---        &lt;-JsonReader---
 *
 *   Json, Json  --SpecDiff--&gt;  changes
 * </pre>
 *
 * The JSON follows the records: a property for each component, in the order of declaration, so the schema cannot drift
 * from the model. Code in a declaration is exported as its words.
 */
@org.jspecify.annotations.NullMarked
package org.quern.kapi.export;
