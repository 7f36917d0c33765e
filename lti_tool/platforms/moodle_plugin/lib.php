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
 * The callbacks that Moodle finds by their names.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

/**
 * Adds the way to a learner's badges to their own profile, one entry for each tool.
 *
 * Nobody else sees it, an administrator neither who has logged in as them.
 *
 * @param \core_user\output\myprofile\tree $tree the profile
 * @param stdClass $user whose profile it is
 * @param bool $iscurrentuser whether they look at it themselves
 * @param stdClass|null $course the course whose profile page it is, null for the one of the site
 */
function ltiservice_nozimite_myprofile_navigation(\core_user\output\myprofile\tree $tree, $user, $iscurrentuser, $course): void {
    if (!$iscurrentuser || $course || isguestuser() || \core\session\manager::is_loggedinas()) {
        return;
    }
    $tools = \ltiservice_nozimite\local\own_badges::tools((int) $user->id);
    if (!$tools) {
        return;
    }
    $title = get_string('microcredentials', 'ltiservice_nozimite');
    $tree->add_category(new \core_user\output\myprofile\category('ltiservice_nozimite', $title, 'contact'));
    foreach ($tools as $tool) {
        // Moodle prints a title as it is.
        $name = format_string($tool->name, true, ['context' => \context_system::instance()]);
        $title = count($tools) === 1
            ? get_string('mybadges', 'ltiservice_nozimite')
            : get_string('mybadgesof', 'ltiservice_nozimite', $name);
        $url = new \moodle_url('/mod/lti/service/nozimite/mybadges.php', ['tool' => $tool->id]);
        $node = "ltiservice_nozimite_{$tool->id}";
        $tree->add_node(new \core_user\output\myprofile\node('ltiservice_nozimite', $node, $title, null, $url));
    }
}
