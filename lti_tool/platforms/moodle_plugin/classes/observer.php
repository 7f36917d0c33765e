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
 * Sees that something has changed in a course.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite;

use ltiservice_nozimite\local\notices;

/**
 * Runs in the request that grades or completes, so it reads nothing and keeps nothing: it queues a notice.
 *
 * Completion comes before the course total is calculated, so that what would be read here could be out of date.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class observer {
    /** @var int[] When the next notice of a course is due, as this process knows, by the course's id. */
    private static array $due = [];

    /**
     * Queues a notice for each tool of the course that wants one.
     *
     * @param \core\event\base $event what has happened
     */
    public static function course_changed(\core\event\base $event): void {
        $courseid = (int) $event->courseid;
        // A notice that is not due yet covers this change too. Grading a class would otherwise ask the database at every learner.
        if (!$courseid || time() < (self::$due[$courseid] ?? 0)) {
            return;
        }
        $due = [time() + notices::WAIT];
        foreach (notices::wanted_by($courseid) as $typeid) {
            $due[] = notices::queue($typeid, $courseid);
        }
        self::$due[$courseid] = min($due);
    }
}
