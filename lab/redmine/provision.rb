# What an administrator does first: the default roles, the REST interface, a password and a key. Mail goes nowhere.
Redmine::DefaultData::Loader.load("en")
Setting.rest_api_enabled = "1"
Setting.default_language = "en"
Setting.notified_events = []
admin = User.find_by_login("admin")
admin.password = admin.password_confirmation = ENV.fetch("LAB_PASSWORD")
admin.must_change_passwd = false
admin.save!
Token.create!(user: admin, action: "api").update_column(:value, ENV.fetch("LAB_KEY"))
Project.create!(name: "Launch", identifier: "launch")
