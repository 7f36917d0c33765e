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
 * The notices that wait to be sent: at most one for each tool and course.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local;

use ltiservice_nozimite\local\service\nozimite;
use ltiservice_nozimite\task\send_notice;

/**
 * Queues a notice, and knows who wants one.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class notices {
    /** @var int How long a notice waits for what else changes, in seconds: a whole class is one notice. */
    public const WAIT = 5;

    /**
     * The tools that are used in a course and have said where notices shall go.
     *
     * @param int $courseid the course
     * @return int[] the ids of their types
     */
    public static function wanted_by(int $courseid): array {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/lti/locallib.php');
        $sql = "SELECT DISTINCT l.typeid
                  FROM {lti} l
                  JOIN {lti_types_config} c ON c.typeid = l.typeid AND c.name = :name
                 WHERE l.course = :courseid";
        $typeids = $DB->get_fieldset_sql($sql, ['name' => nozimite::HANDLER, 'courseid' => $courseid]);
        return array_values(array_map('intval', array_filter($typeids, fn($typeid) => self::handler((int) $typeid) !== '')));
    }

    /**
     * Where a tool's notices go.
     *
     * @param int $typeid the tool's type
     * @return string its address; empty where it wants none, or may no longer use the service
     */
    public static function handler(int $typeid): string {
        $config = lti_get_type_config($typeid);
        return nozimite::is_on($config) ? $config[nozimite::HANDLER] ?? '' : '';
    }

    /**
     * Queues a notice, unless one waits already that will be sent soon.
     *
     * Moodle's own check for one that is queued is not used: it also finds the task that is running at the moment, which
     * may have been sent before this change, one that waits for hours after failures, and one that has given up.
     *
     * @param int $typeid the tool's type
     * @param int $courseid the course
     * @return int when it is due; what changes before that needs no further notice
     */
    public static function queue(int $typeid, int $courseid): int {
        global $DB;
        $soon = time() + self::WAIT;
        $task = new send_notice();
        $task->set_custom_data(['typeid' => $typeid, 'courseid' => $courseid]);
        $data = $DB->sql_compare_text('customdata', 255);
        $condition = "component = :component AND classname = :classname AND {$data} = :data
            AND timestarted IS NULL AND attemptsavailable > 0";
        $waiting = $DB->get_records_select('task_adhoc', $condition, [
            'component' => 'ltiservice_nozimite',
            'classname' => '\\' . send_notice::class,
            'data' => $task->get_custom_data_as_string(),
        ], 'nextruntime', 'id, nextruntime', 0, 1);
        $first = reset($waiting);
        if (!$first) {
            $task->set_next_run_time($soon);
            \core\task\manager::queue_adhoc_task($task);
        } else if ($first->nextruntime > $soon) {
            // It failed before and would be tried much later.
            $DB->set_field('task_adhoc', 'nextruntime', $soon, ['id' => $first->id]);
        } else {
            return (int) $first->nextruntime;
        }
        return $soon;
    }
}
