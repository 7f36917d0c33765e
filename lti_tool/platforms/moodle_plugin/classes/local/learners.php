<?php
// This file is part of ltiservice_nozimite, a plugin for Moodle - https://moodle.org/
//
// ltiservice_nozimite is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// ltiservice_nozimite is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with ltiservice_nozimite.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Who is a learner of a course.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local;

/**
 * Those whom completion tracks, with an active enrolment and an active account, and who are no staff of the course.
 *
 * A teaching assistant is "Learner" in LTI's list of members; whoever has both roles would also pass the first condition.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class learners {
    /** @var string[] Whoever has one of these works in the course, whatever else they are there. */
    private const STAFF = ['moodle/grade:viewall', 'moodle/course:manageactivities', 'mod/lti:manage'];

    /**
     * The condition on {user} u.
     *
     * @param \context_course $context the course
     * @return array the condition in SQL, and its parameters
     */
    public static function condition(\context_course $context): array {
        [$tracked, $params] = get_enrolled_sql($context, 'moodle/course:isincompletionreports', 0, true);
        [$staff, $staffparams] = get_enrolled_sql($context, self::STAFF, 0, true);
        // The function looks at the enrolment alone: a suspended account passes it.
        return [
            "u.deleted = 0 AND u.suspended = 0 AND u.id IN ({$tracked}) AND u.id NOT IN ({$staff})",
            $params + $staffparams,
        ];
    }

    /**
     * Whether somebody works in the course, whatever else they are there.
     *
     * @param \context_course $context the course
     * @param int $userid the person
     * @return bool whether they do
     */
    public static function is_staff(\context_course $context, int $userid): bool {
        return has_any_capability(self::STAFF, $context, $userid);
    }

    /**
     * A learner of the course.
     *
     * @param \context_course $context the course
     * @param int $userid the person
     * @return \stdClass|null the person; null where they are no learner there
     */
    public static function find(\context_course $context, int $userid): ?\stdClass {
        global $DB;
        [$condition, $params] = self::condition($context);
        $sql = "SELECT u.* FROM {user} u WHERE {$condition} AND u.id = :userid";
        return $DB->get_record_sql($sql, $params + ['userid' => $userid]) ?: null;
    }
}
