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
 * What the tool is told about people; the plugin itself keeps nothing about them.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\contextlist;
use core_privacy\local\request\userlist;

/**
 * Declares an external location, as Moodle's own LTI services do. There is nothing to export or to delete here.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class provider implements
    \core_privacy\local\metadata\provider,
    \core_privacy\local\request\core_userlist_provider,
    \core_privacy\local\request\plugin\provider {
    /**
     * What the tool can read.
     *
     * @param collection $collection what is known so far
     * @return collection the same, with this plugin's part
     */
    public static function get_metadata(collection $collection): collection {
        $collection->add_external_location_link('tool', [
            'userid' => 'privacy:metadata:tool:userid',
            'completed' => 'privacy:metadata:tool:completed',
            'activities' => 'privacy:metadata:tool:activities',
            'grades' => 'privacy:metadata:tool:grades',
        ], 'privacy:metadata:tool');
        $collection->add_subsystem_link('core_message', [], 'privacy:metadata:message');
        return $collection;
    }

    /**
     * Where something is kept about a person: nowhere.
     *
     * @param int $userid the person
     * @return contextlist an empty list
     */
    public static function get_contexts_for_userid(int $userid): contextlist {
        return new contextlist();
    }

    /**
     * About whom something is kept in a context: nobody.
     *
     * @param userlist $userlist the list of the context
     */
    public static function get_users_in_context(userlist $userlist): void {
    }

    /**
     * Exports nothing.
     *
     * @param approved_contextlist $contextlist the person and the contexts
     */
    public static function export_user_data(approved_contextlist $contextlist): void {
    }

    /**
     * Deletes nothing.
     *
     * @param \context $context the context
     */
    public static function delete_data_for_all_users_in_context(\context $context): void {
    }

    /**
     * Deletes nothing.
     *
     * @param approved_userlist $userlist the people and the context
     */
    public static function delete_data_for_users(approved_userlist $userlist): void {
    }

    /**
     * Deletes nothing.
     *
     * @param approved_contextlist $contextlist the person and the contexts
     */
    public static function delete_data_for_user(approved_contextlist $contextlist): void {
    }
}
