package org.quern.vmap;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A test about facts that only hold where the back end in use has these capabilities; elsewhere it is skipped, and the
 * report says why. {@link BackEndTest} holds the list of all such tests against the one in docs/back-ends.md, so that none
 * is skipped silently.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Needs.Condition.class)
public @interface Needs {
    /** The capabilities. */
    Capability[] value();

    /** Asks the back end that the test run uses. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            BackEnd backEnd = BackEnd.preferred();
            Needs needs = AnnotationSupport.findAnnotation(context.getElement(), Needs.class).orElse(null);
            if (needs != null) {
                for (Capability capability : needs.value()) {
                    if (!backEnd.can(capability)) {
                        return ConditionEvaluationResult.disabled(backEnd + " has not " + capability);
                    }
                }
            }
            return ConditionEvaluationResult.enabled(backEnd + " has what it takes");
        }
    }
}
