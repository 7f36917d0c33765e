<?php
// A profile page of Moodle, as far as our plugin sees it. The names and what they do are those of Moodle 4.5 and 5.1.
// Usage: php moodle_profile.php FOLDER_OF_THE_PLUGIN VISIT, where VISIT is JSON. Each query goes out as a line of JSON, and its
// rows come back as one; the last line out is what the visit gave.

namespace core_user\output\myprofile {
    class tree {
        public array $categories = [];
        public array $nodes = [];
        public function add_category(category $category): void {
            $this->categories[] = $category;
        }
        public function add_node(node $node): void {
            isset($this->nodes[$node->name]) && throw new \Exception("Node name {$node->name} already used");
            $this->nodes[$node->name] = $node;
        }
    }
    class category {
        public function __construct(public $name, public $title, public $after = null) {
        }
    }
    class node {
        public function __construct(public $parentcat, public $name, public $title, public $after = null, public $url = null) {
        }
    }
}

namespace core\session {
    class manager {
        public static function is_loggedinas(): bool {
            return $GLOBALS['visit']['is_logged_in_as'] ?? false;
        }
    }
}

namespace mod_lti\local\ltiservice {
    abstract class service_base {
        protected $id;
        protected $name;
        public function __construct() {
        }
        public static function get_service_path(): string {
            return '/mod/lti/services.php';
        }
        public function is_allowed_in_context($typeid, $courseid): bool {
            return true;
        }
    }
}

namespace {
    const MOODLE_INTERNAL = true;
    const CONTEXT_COURSE = 50;
    const SQL_PARAMS_NAMED = 1;

    class moodle_url {
        public function __construct(private string $path, private array $params = []) {
        }
        public function __toString(): string {
            return $this->path . ($this->params ? '?' . http_build_query($this->params) : '');
        }
    }
    class context_course {
        public static function instance($courseid): self {
            return new self((int) $courseid);
        }
        public function __construct(public int $instanceid) {
        }
    }
    class context_system {
        public static function instance(): self {
            return new self();
        }
    }
    class context_helper {
        public static function get_preload_record_columns_sql(string $alias): string {
            return "{$alias}.id AS ctxid, {$alias}.instanceid AS ctxinstance";
        }
        public static function preload_from_record(stdClass $row): void {
            unset($row->ctxid, $row->ctxinstance);
        }
    }
    class cm_info {
        public function __construct(public int $id, public string $instance, public bool $uservisible) {
        }
    }
    class modinfo {
        public function __construct(private int $courseid) {
        }
        public function get_instances_of(string $module): array {
            global $DB;
            $sql = "SELECT cm.instance, cm.id, cm.visible FROM {course_modules} cm WHERE cm.course = :course";
            $found = $module === 'lti' ? $DB->ask($sql, ['course' => $this->courseid]) : [];
            return array_map(fn($row) => new cm_info($row->id, (string) $row->instance, (bool) $row->visible), $found);
        }
    }
    class database {
        public function ask(string $sql, array $params): array {
            $sql = preg_replace('/\{(\w+)\}/', '$1', $sql);
            fwrite(STDOUT, json_encode(['sql' => $sql, 'params' => (object) $params]) . "\n");
            $rows = [];
            foreach (json_decode(fgets(STDIN)) as $row) {
                $key = current((array) $row);
                isset($rows[$key]) && throw new Exception('the first column is not unique');
                $rows[$key] = $row;
            }
            return $rows;
        }
        public function get_records_sql(string $sql, array $params): array {
            return $this->ask($sql, $params);
        }
        public function get_records_select(string $table, string $where, array $params, string $sort, string $fields): array {
            return $this->ask("SELECT {$fields} FROM {{$table}} WHERE {$where} ORDER BY {$sort}", $params);
        }
        public function get_in_or_equal(array $values, int $type): array {
            $params = [];
            foreach (array_values($values) as $number => $value) {
                $params["param{$number}"] = $value;
            }
            return ['IN (:' . implode(',:', array_keys($params)) . ')', $params];
        }
        public function sql_concat(string ...$parts): string {
            return implode(' || ', $parts);
        }
        public function sql_compare_text(string $field): string {
            return $field;
        }
        public function sql_like(string $field, string $param): string {
            return "{$field} LIKE {$param} ESCAPE '\\'";
        }
        public function sql_like_escape(string $text): string {
            return str_replace(['_', '%'], ['\\_', '\\%'], $text);
        }
    }

    function current_language(): string {
        return $GLOBALS['visit']['language'] ?? 'en';
    }
    function get_string(string $name, string $component, $a = null): string {
        $string = [];
        require("{$GLOBALS['plugin']}/lang/" . current_language() . "/{$component}.php");
        return str_replace('{$a}', (string) $a, $string[$name]);
    }
    function format_string(string $text, bool $striplinks, array $options): string {
        return preg_replace('/&(?![a-z0-9#]{1,8};)/i', '&amp;', strip_tags($text));
    }
    function isguestuser(): bool {
        return $GLOBALS['visit']['is_guest'] ?? false;
    }
    function has_any_capability(array $capabilities, context_course $context, int $userid): bool {
        // From the session, as Moodle has them of whoever is logged in.
        return in_array('mod/lti:manage', $capabilities, true)
            && $userid === $GLOBALS['visit']['me']
            && in_array($context->instanceid, $GLOBALS['visit']['teaches'] ?? [], true);
    }
    function lti_get_type_config(int $typeid): array {
        $found = $GLOBALS['DB']->ask('SELECT name, value FROM {lti_types_config} WHERE typeid = :typeid', ['typeid' => $typeid]);
        return array_column($found, 'value', 'name');
    }
    function enrol_get_my_courses($fields, $sort, int $limit, array $courseids): array {
        [$in, $params] = $GLOBALS['DB']->get_in_or_equal($courseids, SQL_PARAMS_NAMED);
        $sql = "SELECT DISTINCT c.id FROM {course} c JOIN {enrol} e ON e.courseid = c.id
                  JOIN {user_enrolments} ue ON ue.enrolid = e.id
                 WHERE c.visible = 1 AND ue.status = 0 AND ue.userid = :me AND c.id {$in}";
        return $GLOBALS['DB']->ask($sql, $params + ['me' => $GLOBALS['visit']['me']]);
    }
    function get_fast_modinfo(stdClass $course): modinfo {
        return new modinfo($course->id);
    }

    [, $plugin, $given] = $argv;
    $visit = json_decode($given, true);
    $DB = new database();
    $SESSION = new stdClass();
    $CFG = (object) ['dirroot' => $visit['dirroot']];
    spl_autoload_register(function (string $class) use ($plugin) {
        $path = str_replace(['ltiservice_nozimite\\', '\\'], ['', '/'], $class);
        require("{$plugin}/classes/{$path}.php");
    });
    if (isset($visit['tool'])) {
        $answer = (string) \ltiservice_nozimite\local\own_badges::way($visit['me'], $visit['tool']);
        if (isset($visit['launches'])) {
            $service = new \ltiservice_nozimite\local\service\nozimite();
            $launch = fn($each) => $service->get_launch_parameters($each[0], '20', '7', (string) $visit['tool'], $each[1]);
            $answer = array_map(fn($each) => $launch($each)['nozimite_page'] ?? null, $visit['launches']);
        }
    } else {
        require("{$plugin}/lib.php");
        $tree = new core_user\output\myprofile\tree();
        $owner = (object) ['id' => $visit['owner'] ?? $visit['me']];
        $course = isset($visit['course']) ? (object) ['id' => $visit['course']] : null;
        ltiservice_nozimite_myprofile_navigation($tree, $owner, $owner->id === $visit['me'], $course);
        $answer = [
            'categories' => array_column($tree->categories, 'title'),
            'entries' => array_map(fn($node) => [$node->title, (string) $node->url], array_values($tree->nodes)),
        ];
    }
    fwrite(STDOUT, json_encode(['answer' => $answer]) . "\n");
}
