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
 * A page of the learners of a course, with what they have completed.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/completionlib.php');
require_once($CFG->libdir . '/gradelib.php');

/**
 * Read at once, in a number of queries that does not depend on the number of learners.
 *
 * Pages go by the number of the user: whoever is enrolled, unenrolled or graded between two pages moves nobody else.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class progress_page implements \JsonSerializable {
    /** @var string[] Words for the states of an activity. */
    private const STATES = [
        COMPLETION_INCOMPLETE => 'incomplete',
        COMPLETION_COMPLETE => 'complete',
        COMPLETION_COMPLETE_PASS => 'passed',
        COMPLETION_COMPLETE_FAIL => 'failed',
    ];

    /** @var int When reading began: what happened later may be missing. */
    private readonly int $asof;

    /** @var \grade_item[] The columns of the gradebook, by id. */
    private readonly array $items;

    /** @var array[] What the answer says of each learner, by user id. */
    private array $learners = [];

    /** @var bool Whether there are learners after this page. */
    private bool $hasmore = false;

    /**
     * Reads the page.
     *
     * @param \stdClass $course the course
     * @param int $after the last user id of the page before, 0 for the first page
     * @param int $limit the most learners
     */
    public function __construct(
        /** @var \stdClass The course. */
        private readonly \stdClass $course,
        /** @var int The last user id of the page before. */
        private readonly int $after,
        int $limit
    ) {
        $this->asof = time();
        $items = \grade_item::fetch_all(['courseid' => $course->id]) ?: [];
        ksort($items);
        // Points and scales enter the course total; texts do not.
        $this->items = array_filter($items, fn($item) => in_array($item->gradetype, [GRADE_TYPE_VALUE, GRADE_TYPE_SCALE]));
        $this->read_learners($limit);
        if ($this->learners) {
            $this->read_activities();
            $this->read_grades();
        }
    }

    /**
     * Whether there is a further page.
     *
     * @return bool yes or no
     */
    public function has_more(): bool {
        return $this->hasmore;
    }

    /**
     * After whom the next page begins.
     *
     * @return int the last user id of this page
     */
    public function last(): int {
        return (int) array_key_last($this->learners);
    }

    /**
     * The page. What holds for all learners is on the first one alone.
     *
     * @return array the page as JSON has it
     */
    public function jsonSerialize(): array {
        return ['asOf' => $this->asof]
            + ($this->after ? [] : ['context' => $this->context()])
            + ['learners' => array_values($this->learners)];
    }

    /**
     * Reads who is on the page and when they completed the course.
     *
     * @param int $limit the most learners
     */
    private function read_learners(int $limit): void {
        global $DB;
        [$condition, $params] = learners::condition(\context_course::instance($this->course->id));
        $sql = "SELECT u.id, cc.timecompleted
                  FROM {user} u
             LEFT JOIN {course_completions} cc ON cc.userid = u.id AND cc.course = :courseid
                 WHERE {$condition} AND u.id > :after
              ORDER BY u.id";
        $params += ['courseid' => $this->course->id, 'after' => $this->after];
        $rows = $DB->get_records_sql_menu($sql, $params, 0, $limit + 1);
        $this->hasmore = count($rows) > $limit;
        foreach (array_slice($rows, 0, $limit, true) as $userid => $timecompleted) {
            $this->learners[$userid] = [
                'sub' => (string) $userid,
                'completedAt' => self::moment($timecompleted),
                'activities' => [],
                'grades' => [],
            ];
        }
    }

    /**
     * Reads how far the learners are with each activity.
     */
    private function read_activities(): void {
        global $DB;
        [$in, $params] = $this->among_learners();
        $sql = "SELECT c.id, c.userid, c.coursemoduleid, c.completionstate, c.overrideby, c.timemodified
                  FROM {course_modules_completion} c
                  JOIN {course_modules} cm ON cm.id = c.coursemoduleid
                 WHERE cm.course = :courseid AND cm.completion > 0 AND cm.deletioninprogress = 0 AND c.userid {$in}";
        $rows = $DB->get_recordset_sql($sql, $params);
        foreach ($rows as $row) {
            $this->learners[$row->userid]['activities'][] = [
                'id' => (string) $row->coursemoduleid,
                'state' => self::STATES[$row->completionstate] ?? 'unknown',
                'overridden' => (bool) $row->overrideby,
                'at' => self::moment($row->timemodified),
            ] + ($row->overrideby ? ['overriddenBy' => (string) $row->overrideby] : []);
        }
        $rows->close();
    }

    /**
     * Reads the final grades. Also those which Moodle still hides from learners, marked as such: the total that contains
     * a hidden grade is not itself hidden.
     */
    private function read_grades(): void {
        global $DB;
        [$in, $params] = $this->among_learners();
        $sql = "SELECT g.*
                  FROM {grade_grades} g
                  JOIN {grade_items} i ON i.id = g.itemid
                 WHERE i.courseid = :courseid AND g.finalgrade IS NOT NULL AND g.userid {$in}";
        $rows = $DB->get_recordset_sql($sql, $params);
        foreach ($rows as $row) {
            $item = $this->items[$row->itemid] ?? null;
            if (!$item) {
                continue;
            }
            $grade = new \grade_grade($row, false);
            // Otherwise each grade would read its column again.
            $grade->grade_item = $item;
            $this->learners[$row->userid]['grades'][] = [
                'id' => (string) $item->id,
                'score' => (float) $grade->finalgrade,
                'maximum' => (float) $grade->get_grade_max(),
                'hidden' => (bool) $grade->is_hidden(),
                'overridden' => $grade->is_overridden(),
                'excluded' => (bool) $grade->is_excluded(),
                'at' => self::moment($grade->timemodified),
            ];
        }
        $rows->close();
    }

    /**
     * Narrows a query to this page's learners.
     *
     * @return array a condition on the user id in SQL, and parameters with the course's too
     */
    private function among_learners(): array {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal(array_keys($this->learners), SQL_PARAMS_NAMED);
        return [$in, $params + ['courseid' => $this->course->id]];
    }

    /**
     * What completing the course asks for, which activities are tracked, and which columns there are.
     *
     * @return array the course as JSON has it
     */
    private function context(): array {
        $completion = new \completion_info($this->course);
        $any = $completion->get_aggregation_method() == COMPLETION_AGGREGATION_ANY;
        $tracked = array_filter(
            get_fast_modinfo($this->course, -1)->get_cms(),
            fn($activity) => $activity->completion != COMPLETION_TRACKING_NONE && !$activity->deletioninprogress
        );
        return [
            'id' => (string) $this->course->id,
            'completionEnabled' => (bool) $completion->is_enabled(),
            'criteria' => array_map($this->criterion(...), array_values($completion->get_criteria())),
            'aggregation' => $any ? 'any' : 'all',
            'activities' => array_map($this->activity(...), array_values($tracked)),
            'gradeItems' => array_map($this->grade_item(...), array_values($this->items)),
        ];
    }

    /**
     * A criterion of the course's completion.
     *
     * @param \completion_criteria $criterion the criterion
     * @return array the same as JSON has it
     */
    private function criterion(\completion_criteria $criterion): array {
        return match ((int) $criterion->criteriatype) {
            COMPLETION_CRITERIA_TYPE_ACTIVITY => ['type' => 'activity', 'activity' => (string) $criterion->moduleinstance],
            COMPLETION_CRITERIA_TYPE_GRADE => ['type' => 'grade', 'minimum' => (float) $criterion->gradepass],
            COMPLETION_CRITERIA_TYPE_SELF => ['type' => 'self'],
            COMPLETION_CRITERIA_TYPE_DATE => ['type' => 'date'],
            COMPLETION_CRITERIA_TYPE_UNENROL => ['type' => 'unenrol'],
            COMPLETION_CRITERIA_TYPE_DURATION => ['type' => 'duration'],
            COMPLETION_CRITERIA_TYPE_ROLE => ['type' => 'role'],
            COMPLETION_CRITERIA_TYPE_COURSE => ['type' => 'course'],
            default => ['type' => 'other'],
        };
    }

    /**
     * An activity that is tracked.
     *
     * @param \cm_info $activity the activity
     * @return array the same as JSON has it
     */
    private function activity(\cm_info $activity): array {
        return [
            'id' => (string) $activity->id,
            'resourceLink' => $activity->modname === 'lti' ? (string) $activity->instance : null,
            'module' => $activity->modname,
            'title' => $activity->name,
            'tracking' => $activity->completion == COMPLETION_TRACKING_MANUAL ? 'manual' : 'automatic',
            'needsPass' => (bool) $activity->completionpassgrade,
        ];
    }

    /**
     * A column of the gradebook. One that needs an update is stale: its grades are about to be calculated again.
     *
     * @param \grade_item $item the column
     * @return array the same as JSON has it
     */
    private function grade_item(\grade_item $item): array {
        return [
            'id' => (string) $item->id,
            'kind' => $item->itemtype,
            'title' => $item->itemname,
            'idnumber' => $item->idnumber ?: null,
            'minimum' => (float) $item->grademin,
            'maximum' => (float) $item->grademax,
            'pass' => (float) $item->gradepass ?: null,
            'stale' => (bool) $item->needsupdate,
        ];
    }

    /**
     * A moment as JSON has it.
     *
     * @param int|string|null $time seconds since 1970
     * @return string|null in UTC; null for none
     */
    private static function moment(int|string|null $time): ?string {
        return $time ? gmdate('Y-m-d\TH:i:s\Z', (int) $time) : null;
    }
}
