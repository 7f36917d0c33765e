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
 * Where a learner finds their badges.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local;

use ltiservice_nozimite\local\service\nozimite;

/**
 * Finds the tools of which somebody may have badges, and the way there. No tool is asked, and only the session notes it.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class own_badges {
    /** @var string What the address of a tool's launches ends with. */
    private const LAUNCH = '/lti/launch';

    /** @var string Where the session keeps which activity will be launched to show all badges. */
    private const ASKED = 'ltiservice_nozimite_asked';

    /**
     * The tools that are connected and used in a course in which somebody is, or was, a learner.
     *
     * One query for those who have none, as this runs at each view of a profile. An enrolment that is suspended or over
     * counts: the badge of that course stays theirs.
     *
     * @param int $userid the person
     * @return \stdClass[] id, name, baseurl, and the courses' ids as courseids, by the tool's id
     */
    public static function tools(int $userid): array {
        global $DB;
        $columns = \context_helper::get_preload_record_columns_sql('ctx');
        $choice = $DB->sql_compare_text('c.value');
        $asks = $DB->sql_like('c.value', ':variable');
        $key = $DB->sql_concat('t.id', "'-'", 'ctx.instanceid');
        $sql = "SELECT {$key} AS toolincourse, t.id, t.name, t.baseurl, ctx.instanceid AS courseid, {$columns}
                  FROM {lti_types} t, {context} ctx
                 WHERE EXISTS (SELECT 1
                                 FROM {lti_types_config} c
                                WHERE c.typeid = t.id
                                  AND ((c.name = :setting AND {$choice} = :yes) OR (c.name = :custom AND {$asks})))
                   AND EXISTS (SELECT 1 FROM {lti} l WHERE l.typeid = t.id AND l.course = ctx.instanceid)
                   AND ctx.contextlevel = :level
                   AND ctx.instanceid IN (SELECT e.courseid
                                            FROM {enrol} e
                                            JOIN {user_enrolments} ue ON ue.enrolid = e.id
                                           WHERE ue.userid = :userid)
              ORDER BY t.name, t.id, ctx.instanceid";
        $found = $DB->get_records_sql($sql, [
            'variable' => '%' . $DB->sql_like_escape('$' . nozimite::VARIABLE) . '%',
            'setting' => nozimite::SETTING,
            'yes' => '1',
            'custom' => 'customparameters',
            'level' => CONTEXT_COURSE,
            'userid' => $userid,
        ]);
        $tools = [];
        foreach ($found as $row) {
            \context_helper::preload_from_record($row);
            if (!learners::is_staff(\context_course::instance($row->courseid), $userid)) {
                $tools[$row->id] ??= (object) ['id' => (int) $row->id, 'name' => $row->name, 'baseurl' => $row->baseurl];
                $tools[$row->id]->courseids[] = (int) $row->courseid;
            }
        }
        return array_filter($tools, fn($tool) => self::is_on($tool->id));
    }

    /**
     * Where whoever is logged in finds their badges of a tool.
     *
     * An activity of the tool, if one is open to them: it signs them in by itself, and its next launch asks for all badges.
     * Else the tool's own page, where they sign in with an address that they have proved. Their profile, if the tool is none
     * of theirs.
     *
     * @param int $userid the person who is logged in
     * @param int $typeid the tool
     * @return \moodle_url the address
     */
    public static function way(int $userid, int $typeid): \moodle_url {
        global $SESSION;
        $tool = self::tools($userid)[$typeid] ?? null;
        $activity = $tool ? self::open_activity($tool) : null;
        if ($activity) {
            $SESSION->{self::ASKED} = (int) $activity->instance;
            return new \moodle_url('/mod/lti/view.php', ['id' => $activity->id]);
        }
        if (!$tool || !str_ends_with($tool->baseurl, self::LAUNCH)) {
            return new \moodle_url('/user/profile.php');
        }
        return new \moodle_url(substr($tool->baseurl, 0, -strlen(self::LAUNCH)) . '/my', ['lang' => current_language()]);
    }

    /**
     * Whether the launch of an activity is the one that `way` has led to. It is so once.
     *
     * @param int $ltiid the activity's row
     * @return bool whether all badges are asked for
     */
    public static function take_request(int $ltiid): bool {
        global $SESSION;
        if (($SESSION->{self::ASKED} ?? null) !== $ltiid) {
            return false;
        }
        unset($SESSION->{self::ASKED});
        return true;
    }

    /**
     * The newest activity of a tool that whoever is logged in may open as a learner.
     *
     * @param \stdClass $tool the tool
     * @return \cm_info|null the activity
     */
    private static function open_activity(\stdClass $tool): ?\cm_info {
        global $DB;
        // Only where the enrolment is active and the course can be seen.
        $courses = enrol_get_my_courses(null, null, 0, $tool->courseids);
        [$in, $params] = $DB->get_in_or_equal($tool->courseids, SQL_PARAMS_NAMED);
        $condition = "typeid = :typeid AND course {$in}";
        $links = $DB->get_records_select('lti', $condition, $params + ['typeid' => $tool->id], 'id DESC', 'id, course');
        foreach ($links as $link) {
            $course = $courses[$link->course] ?? null;
            $activity = $course ? get_fast_modinfo($course)->get_instances_of('lti')[$link->id] ?? null : null;
            if ($activity?->uservisible) {
                return $activity;
            }
        }
        return null;
    }

    /**
     * Whether a tool may use the service.
     *
     * @param int $typeid the tool's type
     * @return bool whether it may
     */
    private static function is_on(int $typeid): bool {
        global $CFG;
        require_once($CFG->dirroot . '/mod/lti/locallib.php');
        return nozimite::is_on(lti_get_type_config($typeid));
    }
}
