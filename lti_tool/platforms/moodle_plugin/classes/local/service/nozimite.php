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
 * The LTI service: its scopes, its claims in a launch, and its choice in the settings of a tool.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

namespace ltiservice_nozimite\local\service;

use ltiservice_nozimite\local\own_badges;
use ltiservice_nozimite\local\resources\completions;
use ltiservice_nozimite\local\resources\handlers;
use ltiservice_nozimite\local\resources\messages;

/**
 * Named like the plugin: mod_lti makes the name of the class from the name of the folder.
 *
 * @package    ltiservice_nozimite
 * @copyright  2026 Nozimite contributors
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class nozimite extends \mod_lti\local\ltiservice\service_base {
    /** @var string Scope of our own: read completions and grades of one course. */
    public const SCOPE_READ = 'urn:nozimite:lti:scope:completion.readonly';

    /** @var string 1EdTech's scope of the Platform Notification Service: say where notices shall go. */
    public const SCOPE_NOTICES = 'https://purl.imsglobal.org/spec/lti/scope/noticehandlers';

    /** @var string Scope of our own: tell a learner that the badge is ready. */
    public const SCOPE_MESSAGE = 'urn:nozimite:lti:scope:message';

    /** @var string The one type of notice: something has changed in a course. */
    public const NOTICE_TYPE = 'NozimiteProgressNotice';

    /** @var string The claim with the address of a course's completions. */
    public const CLAIM = 'urn:nozimite:lti:claim:completions_url';

    /** @var string The variable by which a tool asks for the service in its site-wide custom parameters. */
    public const VARIABLE = 'Nozimite.completions.url';

    /** @var string The custom parameter of a launch that asks for another page than that of the activity's badge. */
    public const PAGE = 'nozimite_page';

    /** @var string The page with all badges of the learner. */
    public const MY_BADGES = 'my_badges';

    /** @var string The administrator's choice in a tool's settings. Moodle keeps only names that begin like this. */
    public const SETTING = 'ltiservice_nozimite';

    /** @var string Where a tool's notices go. It stays when the administrator saves the tool's settings. */
    public const HANDLER = 'ltiservice_nozimite_handler';

    /**
     * Sets id and name.
     */
    public function __construct() {
        parent::__construct();
        $this->id = 'nozimite';
        $this->name = get_string('pluginname', 'ltiservice_nozimite');
    }

    /**
     * Whether a tool may use the service.
     *
     * Three values, because a choice of yes and no would store "no" whenever a tool's settings are saved for another reason,
     * and because Moodle's dynamic registration drops scopes that it does not know, but keeps custom parameters.
     *
     * @param array $config the tool's settings
     * @return bool yes or no as the administrator chose, otherwise as the tool asks
     */
    public static function is_on(array $config): bool {
        return match ((string) ($config[self::SETTING] ?? '')) {
            '1' => true,
            '0' => false,
            default => str_contains($config['customparameters'] ?? '', '$' . self::VARIABLE),
        };
    }

    /**
     * The address of a course's completions.
     *
     * @param int $courseid the course
     * @return string its address
     */
    public static function completions_url(int $courseid): string {
        return self::get_service_path() . "/nozimite/{$courseid}/completions";
    }

    /**
     * What can be called.
     *
     * @return \mod_lti\local\ltiservice\resource_base[] one for each address
     */
    public function get_resources(): array {
        $this->resources ??= [new completions($this), new handlers($this), new messages($this)];
        return $this->resources;
    }

    /**
     * Every scope of the service, as the platform's configuration lists them.
     *
     * @return string[] the scopes
     */
    public function get_scopes(): array {
        return [self::SCOPE_READ, self::SCOPE_NOTICES, self::SCOPE_MESSAGE];
    }

    /**
     * The scopes of the current tool. Read at each call, so that a "no" also ends tokens given before.
     *
     * @return string[] all or none
     */
    public function get_permitted_scopes(): array {
        return $this->get_type() && self::is_on((array) $this->get_typeconfig()) ? $this->get_scopes() : [];
    }

    /**
     * Adds the choice to the form of a tool's settings.
     *
     * @param \MoodleQuickForm $mform the form
     */
    public function get_configuration_options(&$mform): void {
        $mform->addElement('select', self::SETTING, get_string('service', 'ltiservice_nozimite'), [
            '' => get_string('asthetoolasks', 'ltiservice_nozimite'),
            '0' => get_string('no'),
            '1' => get_string('yes'),
        ]);
        $mform->setType(self::SETTING, PARAM_ALPHANUM);
        $mform->addHelpButton(self::SETTING, 'service', 'ltiservice_nozimite');
    }

    /**
     * What a launch or a deep linking request tells the tool; get_jwt_claim_mappings makes claims of it.
     *
     * @param string $messagetype the type of the message
     * @param string $courseid the course
     * @param string $userid who launches
     * @param string $typeid the tool
     * @param string|null $modlti the activity
     * @return string[] custom parameters
     */
    public function get_launch_parameters($messagetype, $courseid, $userid, $typeid, $modlti = null): array {
        if (!self::is_on((array) lti_get_type_config($typeid)) || !$this->is_allowed_in_context($typeid, $courseid)) {
            return [];
        }
        $parameters = [
            'nozimite_completions_url' => self::completions_url((int) $courseid),
            'nozimite_pns_url' => self::get_service_path() . '/nozimite/handlers',
            'nozimite_pns_scope' => self::SCOPE_NOTICES,
            'nozimite_pns_versions' => '1.0',
            'nozimite_pns_types' => self::NOTICE_TYPE,
        ];
        if ($messagetype === 'basic-lti-launch-request' && own_badges::take_request((int) $modlti)) {
            $parameters[self::PAGE] = self::MY_BADGES;
        }
        return $parameters;
    }

    /**
     * Which claims the parameters of a launch become.
     *
     * @return array[] claims by the name of their parameter
     */
    public function get_jwt_claim_mappings(): array {
        $notices = ['suffix' => '', 'group' => 'platformnotificationservice'];
        return [
            // Without a group, the name of the claim stands as it is written here.
            'custom_nozimite_completions_url' =>
                ['suffix' => '', 'group' => null, 'claim' => self::CLAIM, 'isarray' => false],
            'custom_nozimite_pns_url' => $notices + ['claim' => 'platform_notification_service_url', 'isarray' => false],
            'custom_nozimite_pns_scope' => $notices + ['claim' => 'scope', 'isarray' => true],
            'custom_nozimite_pns_versions' => $notices + ['claim' => 'service_versions', 'isarray' => true],
            'custom_nozimite_pns_types' => $notices + ['claim' => 'notice_types_supported', 'isarray' => true],
        ];
    }
}
